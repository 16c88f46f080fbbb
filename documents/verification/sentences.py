"""The one sentence of each verdict, for a file and for a code."""

from core.wording import plural, spoken_list
from documents.enums import Verdict


def of_file(answer) -> str:
    """Return the sentence about a file, or about its fingerprint."""
    match answer.verdict:
        case Verdict.GENUINE if answer.signatures:
            signed = f"toutes ses parties l’ont signé{_on_paper(answer)}"
            return f"Ce document est authentique et complet : {signed}, et rien n’y a été changé."
        case Verdict.GENUINE:
            return "Ce document est authentique : il est tel que le portail l’a émis, et personne n’avait à le signer."
        case Verdict.INCOMPLETE if answer.binds_nobody:
            return "Ce document est authentique, mais il n’engage personne : sa signature s’est arrêtée sans effet."
        case Verdict.INCOMPLETE if answer.missing:
            return f"Ce document est authentique, mais incomplet\u00a0; {_awaited(answer)}."
        case Verdict.INCOMPLETE:
            return "Ce document est authentique, mais le portail en conserve un état plus récent."
        case Verdict.SUPERSEDED:
            return f"Ce document est authentique et complet, mais {_replaced(answer)}."
        case Verdict.ALTERED if answer.document:
            return "Ce fichier a été modifié : ce n’est pas le document que le portail a émis sous ce code."
        case Verdict.ALTERED:
            return "Ce fichier a été modifié : il porte une signature du portail, qui n’a rien émis d’identique."
        case _:
            return "Le portail ne connaît pas ce fichier."


def of_code(answer) -> str:
    """Return the sentence about the document of a code."""
    match answer.verdict:
        case Verdict.GENUINE if answer.signatures:
            return f"Ce code est celui d’un document que toutes ses parties ont signé{_on_paper(answer)}."
        case Verdict.GENUINE:
            return "Ce code est celui d’un document émis par le portail, que personne n’avait à signer."
        case Verdict.INCOMPLETE if answer.binds_nobody:
            return "Ce code est celui d’un document qui n’engage personne : sa signature s’est arrêtée sans effet."
        case Verdict.INCOMPLETE:
            return f"Ce code est celui d’un document qui n’engage pas encore\u00a0; {_awaited(answer)}."
        case Verdict.SUPERSEDED:
            return f"Ce code est celui d’un document signé, mais {_replaced(answer)}."
        case _:
            return "Le portail ne connaît pas ce code."


def _on_paper(answer) -> str:
    match answer.on_paper:
        case 0:
            return ""
        case count if count == len(answer.signatures):
            return ", sur papier"
        case count:
            return f", dont {'une' if count == 1 else count} sur papier"


def _awaited(answer) -> str:
    words = plural(len(answer.missing), "signature manquante", "signatures manquantes")
    return f"{words} : {spoken_list(list(dict.fromkeys(answer.missing)))}"


def _replaced(answer) -> str:
    later = answer.document.replaced_by
    verb = "modifié" if all(item.is_amendment for item in later) else "remplacé"
    return f"il a été {verb} par {spoken_list([f'« {item.title} »' for item in later])}"
