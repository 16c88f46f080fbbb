"""Writes of the documents room: store a file, issue a document, sign it."""

from documents.actions.delegations import grant_delegation_with_deed
from documents.actions.files import store_file, store_files
from documents.actions.issuing import issue_document, replace_document, retry_document
from documents.actions.signature import close_round, refuse_document, remind_signatories, sign_document

__all__ = [
    "close_round",
    "grant_delegation_with_deed",
    "issue_document",
    "refuse_document",
    "remind_signatories",
    "replace_document",
    "retry_document",
    "sign_document",
    "store_file",
    "store_files",
]
