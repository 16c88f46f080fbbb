"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {
    "delegation.end": "a mis fin à une délégation",
    "delegation.grant": "a donné une délégation",
    "invitation.accept": "a accepté une invitation",
    "invitation.resend": "a renvoyé une invitation",
    "invitation.send": "a invité une personne",
    "invitation.withdraw": "a retiré une invitation",
    "membership.change": "a ouvert ou fermé l’accès d’une personne",
    "organisation.load": "a chargé une organisation",
    "organisation.set_signatory_count": "a changé le nombre de signataires de l’organisation",
    "user.activate_totp": "a activé une application d’authentification",
    "user.add_passkey": "a ajouté une clé d’accès",
    "user.change_password": "a changé de mot de passe",
    "user.change_sign_in": "a changé un moyen de se connecter",
    "user.deactivate_totp": "a désactivé l’application d’authentification",
    "user.generate_codes": "a créé de nouveaux codes de secours",
    "user.remove_passkey": "a retiré une clé d’accès",
    "user.reset_second_factor": "a réinitialisé un second facteur",
}
FIELDS = {"deed": "acte de délégation", "grantee": "délégataire", "kinds": "moyens retirés"}
