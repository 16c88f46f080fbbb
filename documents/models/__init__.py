"""Rows of the documents room: files, documents made from frozen data, the signatures they carry, inventories."""

from documents.models.document import Document
from documents.models.files import DelegationDeed, StoredFile
from documents.models.inventory import Inventory, InventoryFault
from documents.models.signature import Signature

__all__ = [
    "DelegationDeed",
    "Document",
    "Inventory",
    "InventoryFault",
    "Signature",
    "StoredFile",
]
