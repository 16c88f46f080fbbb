"""What may be brought to the portal as a signature made out of it."""

from documents.paper.acceptance import PaperSignature
from documents.verification.outside import OutsideFile

Outside = OutsideFile | PaperSignature
