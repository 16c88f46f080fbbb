"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {
    "document.close_round": "a arrêté la signature d’un document",
    "document.issue": "a émis un document",
    "document.refuse": "a refusé de signer un document",
    "document.remind": "a rappelé un document à signer",
    "document.reminder_lost": "a demandé un rappel, qui n’est pas parti",
    "document.render": "a produit le fichier d’un document",
    "document.replace": "a remplacé un document",
    "document.retry": "a relancé la préparation d’un document",
    "document.sign": "a signé un document",
    "document.stamp": "a horodaté un document",
    "file.download": "a téléchargé un fichier",
    "file.store": "a déposé un fichier",
    "storage.inventory": "a fait l’inventaire des fichiers",
}
FIELDS = {
    "at": "horodaté à",
    "authority": "autorité d’horodatage",
    "because": "raison",
    "by": "remplacé par",
    "altered": "modifiés",
    "certificate": "certificat",
    "deed": "acte de délégation",
    "delegated_by": "au nom de",
    "handwritten_on": "signé à la main le",
    "missing": "manquants",
    "on_paper": "sur papier",
    "organisation": "organisation",
    "orphan": "sans propriétaire",
    "signer": "signataire",
}
