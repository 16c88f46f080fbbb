"""What each route answers to whom: the declared policy that tests/architecture/test_routes.py holds the portal to.

A row says which methods a route has, what it is about, and who may. The rest follows from the rules of the house:
an anonymous person is sent to sign in, who does not see the object gets 404, who sees it without the right gets 403.
"""

from accounts.permissions import Act
from core.enums import PARTIES, Role, Side
from core.fingerprints import version_of
from tests.architecture.rows import (
    AUTHORITIES,
    DAY,
    EXPENSE,
    FORM,
    GET,
    IN_TWO_MONTHS,
    POST,
    Row,
    amended,
    amended_hash,
    amendment_to_sign,
    both,
    budget_file,
    codes,
    contract_row,
    day_due,
    dialogue_row,
    draft_mission,
    draft_programme_row,
    draft_project,
    ending_subjects,
    euros_due,
    evidence_files,
    expense_file,
    is_writer,
    member_row,
    of_cpts,
    of_fund,
    of_parties,
    pasted,
    payment_row,
    project_row,
    read_row,
    receipt_file,
    scenario_row,
    seen_hash,
    spending_row,
    submitted,
    switch_subjects,
    terms_hash,
    value_row,
)

POLICY: dict[str, Row] = {
    # Texts that every visitor may read
    "accessibility": Row(public="the declaration of accessibility is owed to every visitor"),
    "legal_notice": Row(public="the legal notice is owed to every visitor"),
    "personal_data": Row(public="the notice on personal data is owed to every visitor"),
    "face": Row(public="development only: the components, with invented figures"),
    "session_state": Row(public="a page left open learns that the session is over"),
    # Home
    "dashboards:home": Row(),
    "dashboards:portfolio": Row(is_list=True, may=lambda actor: actor.side in AUTHORITIES),
    "dashboards:dossier": read_row(lambda d: d.contract.pk),
    "dashboards:year_download": Row(
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk, number=1)),
    ),
    "dashboards:contract_end": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk)),
        act=Act.TERMINATE,
        data={"ground": "NOTICE", "effective_on": IN_TWO_MONTHS, "reason": "Les deux communautés se rapprochent."},
    ),
    # Team
    "accounts:team": Row(),
    "accounts:invitation_create": Row(
        methods=FORM, act=Act.INVITE, data={"email": "nouvelle@exemple.test", "role": Role.READER}
    ),
    "accounts:invitation_resend": Row(
        methods=POST, about=both(lambda d: of_cpts(d.tenant, pk=d.invitation.pk)), act=Act.INVITE
    ),
    "accounts:invitation_withdraw": Row(
        methods=POST, about=both(lambda d: of_cpts(d.tenant, pk=d.invitation.pk)), act=Act.INVITE
    ),
    "accounts:invitation_accept": Row(
        methods=FORM,
        public="the person invited has no account yet; the link is a secret of 256 bits, works once, for a week",
        about=both(lambda d: of_cpts(d.tenant, token=d.invitation.token)),
    ),
    "accounts:membership_close": member_row(),
    "accounts:membership_open": member_row(),
    "accounts:switch": Row(
        methods=POST, about=switch_subjects, leaves_no_trace="it only changes for whom one's own session acts"
    ),
    # Health project
    "health_projects:project_list": Row(is_list=True),
    "health_projects:project_create": Row(
        methods=FORM, act=Act.DRAFT_PROJECT, leaves_no_trace="a CPTS has one project in progress at most"
    ),
    "health_projects:project_detail": Row(
        about=lambda s: [
            *both(lambda d: of_parties(d.tenant, pk=d.contract.health_project_id))(s),
            *both(draft_project)(s),
            *submitted(s),
        ]
    ),
    "health_projects:project_section": project_row(kwargs={"key": "GOVERNANCE"}, data={"text": "Un autre texte."}),
    "health_projects:project_comment": Row(
        methods=POST,
        about=lambda s: submitted(s, key="GOVERNANCE"),
        may=lambda actor: (
            (actor.side, actor.role)
            in {
                (Side.CPTS, Role.COORDINATOR),
                (Side.CPTS, Role.PRESIDENT),
                (Side.ARS, Role.OFFICER),
                (Side.ARS, Role.SIGNATORY),
                (Side.FUND, Role.OFFICER),
            }
        ),
        data={"text": "Une remarque."},
    ),
    "health_projects:project_territory": project_row(GET),
    "health_projects:territory_add": project_row(POST, data={"code": codes}),
    "health_projects:territory_paste": project_row(POST, data={"codes": pasted}),
    "health_projects:territory_remove": project_row(POST, data={"code": codes}),
    "health_projects:territory_clear": project_row(POST),
    "health_projects:project_rename": project_row(data={"title": "Un autre titre"}),
    "health_projects:project_missions": project_row(data={"optional": ["QUALITY"]}),
    "health_projects:project_population": project_row(
        data={"population": "64 000", "source": "Insee", "reason": "Recensement local."}
    ),
    "health_projects:population_remove": project_row(POST),
    "health_projects:project_submit": project_row(POST),
    "health_projects:project_send_back": Row(
        methods=FORM, about=submitted, act=Act.REVIEW_PROJECT, data={"reason": "Précisez le diagnostic."}
    ),
    "health_projects:project_approve": Row(methods=POST, about=submitted, act=Act.REVIEW_PROJECT),
    "health_projects:project_oppose": Row(
        methods=FORM,
        about=submitted,
        act=Act.REVIEW_PROJECT,
        data={"ground": "TERRITORY", "reason": "Le territoire n’est pas pertinent."},
    ),
    "health_projects:project_resume": Row(
        methods=POST,
        about=lambda s: [of_parties(s.beside["Falaise"], pk=s.sent_back.pk)],
        act=Act.DRAFT_PROJECT,
    ),
    "health_projects:project_new_version": Row(
        methods=POST, about=lambda s: [of_parties(s.beside["Vallon"], pk=s.approved.pk)], act=Act.DRAFT_PROJECT
    ),
    "health_projects:project_compare": Row(
        about=lambda s: [*both(lambda d: of_parties(d.tenant, pk=d.contract.health_project_id))(s), *submitted(s)]
    ),
    "health_projects:overlap_accept": Row(
        methods=FORM,
        about=lambda s: submitted(s, other=s.overlapping.pk),
        act=Act.ACCEPT_OVERLAP,
        data={"reason": "La commune est partagée entre deux bassins."},
    ),
    # Contract
    "contracts:contract_list": Row(is_list=True),
    "contracts:contract_draft": Row(
        methods=FORM,
        act=Act.DRAFT_CONTRACT,
        data={"project": lambda story, subject: story.west.contract.health_project_id},
        leaves_no_trace="west already has a contract in force",
    ),
    "contracts:contract_preview": Row(
        about=lambda s: [
            *both(lambda d: of_parties(d.tenant, pk=d.contract.pk))(s),
            of_cpts(s.beside["Rive"], pk=s.draft.pk),
            of_parties(s.beside["Plateau"], pk=s.negotiated.pk),
            of_parties(s.beside["Cime"], pk=s.to_sign.pk),
        ]
    ),
    "contracts:contract_edit": contract_row(
        "Plateau", "negotiated", Act.PROPOSE_CONTRACT_CHANGE, data={"local_clauses": "Une clause de plus."}
    ),
    "contracts:contract_consent": contract_row("Plateau", "negotiated", Act.CONSENT, data={"content_hash": seen_hash}),
    "contracts:contract_sign": contract_row(
        "Cime", "to_sign", Act.SIGN, leaves_no_trace="a signature needs a fresh second factor (tests/contracts)"
    ),
    "contracts:contract_sign_outside": contract_row(
        "Cime", "to_sign", Act.SIGN, leaves_no_trace="a signature needs a fresh second factor (tests/contracts)"
    ),
    "contracts:contract_sign_paper": contract_row(
        "Cime", "to_sign", Act.SIGN, leaves_no_trace="a signature needs a fresh second factor (tests/contracts)"
    ),
    "contracts:contract_refuse": contract_row("Cime", "to_sign", Act.SIGN, data={"reason": "Une erreur d’année."}),
    "contracts:contract_abandon": contract_row(
        "Plateau", "negotiated", Act.DRAFT_CONTRACT, data={"reason": "La CPTS change de territoire."}
    ),
    "contracts:crisis_declare": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk)),
        act=Act.DECLARE_CRISIS,
        data={"label": "Canicule", "declared_on": DAY},
    ),
    "contracts:amendment_create": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk)),
        act=Act.PROPOSE_CONTRACT_CHANGE,
        data={
            "reason": "Le territoire a grandi.",
            "takes_effect_year": "4",
            "new_size": "3",
            "new_population": "82000",
        },
    ),
    "contracts:amendment_detail": Row(about=lambda s: [*amended(s), *amendment_to_sign(s)]),
    "contracts:amendment_edit": Row(
        methods=FORM, about=amended, act=Act.PROPOSE_CONTRACT_CHANGE, data={"reason": "Une autre raison."}
    ),
    "contracts:amendment_consent": Row(
        methods=POST, about=amended, act=Act.CONSENT, data={"content_hash": amended_hash}
    ),
    "contracts:amendment_sign": Row(
        methods=FORM,
        about=amendment_to_sign,
        act=Act.SIGN,
        leaves_no_trace="a signature needs a fresh second factor (tests/contracts)",
    ),
    "contracts:amendment_sign_outside": Row(
        methods=FORM,
        about=amendment_to_sign,
        act=Act.SIGN,
        leaves_no_trace="a signature needs a fresh second factor (tests/contracts)",
    ),
    "contracts:amendment_sign_paper": Row(
        methods=FORM,
        about=amendment_to_sign,
        act=Act.SIGN,
        leaves_no_trace="a signature needs a fresh second factor (tests/contracts)",
    ),
    "contracts:amendment_refuse": Row(
        methods=FORM, about=amendment_to_sign, act=Act.SIGN, data={"reason": "Une erreur de population."}
    ),
    "contracts:amendment_abandon": Row(
        methods=FORM, about=amended, act=Act.PROPOSE_CONTRACT_CHANGE, data={"reason": "Le territoire ne change pas."}
    ),
    "contracts:termination_detail": Row(about=ending_subjects),
    "contracts:termination_rates": Row(
        methods=FORM, about=ending_subjects, act=Act.TERMINATE, data={"rate_ACCESS_TO_CARE": "70"}
    ),
    "contracts:termination_agree": Row(
        methods=POST, about=ending_subjects, act=Act.TERMINATE, data={"content_hash": terms_hash}
    ),
    "contracts:termination_withdraw": Row(
        methods=FORM,
        about=ending_subjects,
        act=Act.TERMINATE,
        data={"reason": "Le projet continue."},
    ),
    # Programme
    "indicators:programme_detail": Row(
        about=lambda s: [
            *both(lambda d: of_parties(d.tenant, pk=d.open_programme.pk))(s),
            *both(lambda d: of_parties(d.tenant, pk=d.closed_programme.pk))(s),
        ]
    ),
    "indicators:programme_edit": draft_programme_row(lambda s: s.draft.years.get(number=1).programme_id, GET),
    "indicators:programme_copy": Row(
        methods=POST,
        about=both(lambda d: of_parties(d.tenant, pk=d.open_programme.pk, source_pk=d.closed_programme.pk)),
        act=Act.PROPOSE_CONTRACT_CHANGE,
        leaves_no_trace="the programme of the year is agreed: copying over it is refused with a sentence",
    ),
    "indicators:action_create": draft_programme_row(lambda s: draft_mission(s).pk, data={"title": "Une action"}),
    "indicators:action_edit": draft_programme_row(
        lambda s: draft_mission(s).actions.get().pk, data={"title": "Une autre action"}
    ),
    "indicators:action_delete": draft_programme_row(lambda s: draft_mission(s).actions.get().pk, POST),
    "indicators:indicator_create": draft_programme_row(
        lambda s: draft_mission(s).pk, data={"label": "Un suivi", "usage": "FOLLOW_UP", "owner": "CPTS"}
    ),
    "indicators:indicator_edit": draft_programme_row(
        lambda s: draft_mission(s).indicators.get().pk, data={"label": "Un autre libellé"}
    ),
    "indicators:indicator_delete": draft_programme_row(lambda s: draft_mission(s).indicators.get().pk, POST),
    "indicators:value_enter": Row(
        methods=FORM,
        about=lambda s: [
            subject
            for d in s.dossiers
            for subject in (
                of_parties(d.tenant, pk=d.indicator.pk, refused={Side.ARS, Side.FUND}),
                of_parties(d.tenant, pk=d.fund_indicator.pk, refused={Side.CPTS, Side.ARS}),
            )
        ],
        act=Act.ENTER_VALUE,
        data={"achieved": "non", "number": "12", "period_start": DAY, "period_end": DAY, "source": "Registre"},
    ),
    "indicators:indicator_settle": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.indicator.pk)),
        act=Act.SETTLE_INDICATOR,
        data={"settlement": "RETAINED", "retained_amount": "1 000", "reason": "Le logiciel n’a pas été livré."},
    ),
    "indicators:value_confirm": value_row({Side.CPTS}, Act.CONFIRM_VALUE),
    "indicators:value_contest": value_row({Side.CPTS}, Act.CONFIRM_VALUE, data={"reason": "Il manque deux réunions."}),
    "indicators:evidence_add": value_row({Side.ARS, Side.FUND}, Act.ENTER_VALUE, data={"files": evidence_files}),
    "indicators:deliverable_deposit": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.deliverable.pk, refused={Side.ARS, Side.FUND})),
        act=Act.ENTER_VALUE,
        data={"files": evidence_files},
    ),
    # Dialogue
    "dialogues:dialogue_list": Row(is_list=True),
    "dialogues:dialogue_detail": Row(
        about=lambda s: [
            *both(lambda d: of_parties(d.tenant, pk=d.planned.pk))(s),
            *both(lambda d: of_parties(d.tenant, pk=d.held.pk))(s),
            *both(lambda d: of_parties(d.tenant, pk=d.at_approval.pk))(s),
            *both(lambda d: of_parties(d.tenant, pk=d.annex.dialogue_id))(s),
        ]
    ),
    "dialogues:dialogue_convene": dialogue_row("planned", Act.PREPARE_DIALOGUE, data={"place": "Mairie"}),
    "dialogues:dialogue_hold": dialogue_row("planned", Act.PREPARE_DIALOGUE, data={"participants": "Les trois"}),
    "dialogues:dialogue_minutes": dialogue_row("held", Act.PREPARE_DIALOGUE, data={"decisions": "Démarrage."}),
    "dialogues:dialogue_send": dialogue_row("held", Act.PREPARE_DIALOGUE, POST),
    "dialogues:extraordinary_create": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk)),
        act=Act.PREPARE_DIALOGUE,
        data={"convened_for": DAY, "agenda": "Objet de la réunion"},
    ),
    "dialogues:dialogue_reopen": dialogue_row("at_approval", Act.PREPARE_DIALOGUE, data={"reason": "Une erreur."}),
    "dialogues:dialogue_revise": dialogue_row("closed", Act.REVISE, data={"reason": "Un résultat mal compté."}),
    "dialogues:dialogue_approve": dialogue_row("at_approval", Act.APPROVE_MINUTES, POST),
    "dialogues:negotiation_open": Row(
        methods=POST, about=lambda s: [of_cpts(s.beside["Rive"], pk=s.draft.pk)], act=Act.DRAFT_CONTRACT
    ),
    "dialogues:annex_detail": read_row(lambda d: d.annex.pk),
    "dialogues:annex_sign": dialogue_row(
        "annex", Act.SIGN, leaves_no_trace="a signature needs the code of the second factor (tests/dialogues)"
    ),
    "dialogues:annex_sign_outside": dialogue_row(
        "annex", Act.SIGN, leaves_no_trace="a signature needs the code of the second factor (tests/contracts)"
    ),
    "dialogues:annex_sign_paper": dialogue_row(
        "annex", Act.SIGN, leaves_no_trace="a signature needs the code of the second factor (tests/contracts)"
    ),
    "dialogues:annex_refuse": dialogue_row("annex", Act.SIGN, data={"reason": "Le total est à revoir."}),
    "dialogues:annex_resend": dialogue_row(
        "annex",
        Act.PREPARE_DIALOGUE,
        methods=POST,
        leaves_no_trace="the annex was not refused: there is nothing to send again (tests/dialogues)",
    ),
    # Money
    "funding:payment_list": Row(is_list=True),
    "funding:order_list": Row(may=lambda actor: actor.side in (Side.FUND, Side.NATIONAL), is_list=True),
    "funding:order_create": Row(
        methods=FORM,
        act=Act.PAY,
        data={"first_day": day_due, "last_day": day_due, "seen_total": euros_due},
    ),
    "funding:order_detail": Row(about=both(lambda d: of_fund(d.tenant, pk=d.order.pk))),
    "funding:order_pay": Row(
        methods=FORM,
        about=both(lambda d: of_fund(d.tenant, pk=d.order.pk)),
        act=Act.PAY,
        data={"paid_on": DAY, "reference": "VIR-1"},
    ),
    "funding:payment_detail": read_row(lambda d: d.due.pk),
    "funding:payment_order": payment_row("due", POST),
    "funding:payment_pay": payment_row("ordered", data={"paid_on": DAY, "reference": "VIR-1"}),
    "funding:payment_cancel": payment_row("due", data={"reason": "Doublon."}),
    "funding:schedule": read_row(lambda d: d.contract.pk),
    "funding:unscheduled_care": read_row(lambda d: d.contract.pk),
    "funding:line_start": Row(
        methods=FORM,
        about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk, kind="TRIAGE")),
        act=Act.START_TRIAGE,
        data={"starts_on": DAY},
        leaves_no_trace="only the agreement of 2019 has this line",
    ),
    "funding:compensation_declare": spending_row(
        lambda d: d.contract.pk,
        year=1,
        data={"amount": "1 000"},
        leaves_no_trace="only the agreement of 2019 has this line",
    ),
    "funding:statement_detail": read_row(lambda d: d.statement.pk),
    # Spending: told by the CPTS, read by the three
    "spending:year_detail": Row(is_list=True, about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk, year=2))),
    "spending:budget_edit": spending_row(lambda d: d.contract.pk, year=2, data={"OPERATING-PREMISES": "9 600"}),
    "spending:budget_template": spending_row(lambda d: d.contract.pk, GET, year=2),
    "spending:budget_import": spending_row(
        lambda d: d.contract.pk, year=2, data={"file": budget_file}, leaves_no_trace="the file is shown, not saved"
    ),
    "spending:budget_import_save": spending_row(
        lambda d: d.contract.pk, POST, year=2, data={"rows": '[["OPERATING", "OTHER", "10"]]', "version": "0"}
    ),
    "spending:expense_template": spending_row(lambda d: d.contract.pk, GET),
    "spending:expense_import": spending_row(
        lambda d: d.contract.pk, data={"file": expense_file}, leaves_no_trace="the file is shown, not saved"
    ),
    "spending:expense_import_save": spending_row(
        lambda d: d.contract.pk, POST, data={"rows": f'[["{DAY}", "OPERATING", "OTHER", "Timbres", "10"]]'}
    ),
    "spending:expense_create": spending_row(lambda d: d.contract.pk, data=EXPENSE),
    "spending:expense_detail": read_row(lambda d: d.expense.pk),
    "spending:expense_replace": spending_row(lambda d: d.expense.pk, data={"reason": "Une faute de frappe."}),
    "spending:expense_cancel": spending_row(lambda d: d.expense.pk, data={"reason": "Saisie deux fois."}),
    "spending:receipt_attach": spending_row(lambda d: d.bare_expense.pk, data={"receipt": receipt_file}),
    "spending:professional_list": Row(is_list=True, about=both(lambda d: of_parties(d.tenant, pk=d.contract.pk))),
    "spending:professional_correct": spending_row(
        lambda d: d.expense.professional_id, data={"name": "Alix Corrigée", "profession": "NURSE"}
    ),
    "spending:professional_create": spending_row(
        lambda d: d.contract.pk, data={"name": "Alix Exemple", "profession": "NURSE"}
    ),
    # Documents
    "documents:document_detail": Row(
        about=lambda s: [
            *both(lambda d: of_parties(d.tenant, pk=d.contract.document_id))(s),
            *both(lambda d: of_parties(d.tenant, pk=d.annex.document_id))(s),
        ]
    ),
    "documents:document_progress": read_row(lambda d: d.annex.document_id),
    "documents:document_retry": Row(
        methods=POST,
        about=both(lambda d: of_parties(d.tenant, pk=d.annex.document_id)),
        may=is_writer,
        leaves_no_trace="the document did not fail: there is nothing to start again",
    ),
    "documents:document_challenge": Row(
        methods=POST,
        about=both(lambda d: of_parties(d.tenant, pk=d.annex.document_id)),
        act=Act.SIGN,
        leaves_no_trace="a question for a passkey, kept in the session; the signature leaves its own",
    ),
    "documents:document_remind": Row(
        methods=POST,
        about=both(lambda d: of_parties(d.tenant, pk=d.annex.document_id)),
        may=is_writer,
    ),
    "documents:document_download": read_row(lambda d: d.annex.document_id),
    "documents:file_download": read_row(lambda d: d.evidence.pk),
    "documents:delegation_list": Row(may=lambda actor: actor.side in PARTIES),
    "documents:delegation_create": Row(
        methods=FORM,
        act=Act.DELEGATE,
        data={"power": "SIGN", "deed": "Délibération n° 7", "deed_on": DAY, "starts_on": DAY},
        leaves_no_trace="a delegation needs a person of one's own team, and its deed (tests/documents)",
    ),
    "documents:signatory_count": Row(
        methods=FORM,
        act=Act.DELEGATE,
        data={"signatory_count": "1", "version": version_of({"signatory_count": 1})},
    ),
    "documents:delegation_end": Row(
        methods=POST, about=both(lambda d: of_cpts(d.tenant, pk=d.delegation.pk)), act=Act.DELEGATE
    ),
    "documents:verify": Row(
        methods=FORM,
        public="whoever holds a document may know whether it is genuine; a file sent is examined and not kept",
    ),
    "documents:verify_code": Row(
        public="what the QR code of each page opens; the code is the key",
        about=both(lambda d: of_parties(d.tenant, code=d.annex.document.code)),
    ),
    "documents:verify_digest": Row(
        public="the fingerprint of a file that the visitor holds",
        about=both(lambda d: of_parties(d.tenant, sha256=d.annex.document.file.sha256)),
    ),
    # Simulator
    "simulator:simulation": Row(
        public="any CPTS to be may compute what it would receive; nothing of a contract is read"
    ),
    "simulator:comparison": Row(public="the same figures, side by side"),
    "simulator:contract_start": read_row(lambda d: d.contract.pk),
    "simulator:contract_commune": read_row(lambda d: d.contract.pk),
    "simulator:contract_mission": read_row(lambda d: d.contract.pk),
    "simulator:contract_taille": read_row(lambda d: d.contract.pk),
    "simulator:contract_indicateur": read_row(lambda d: d.contract.pk),
    "simulator:scenario_list": Row(),
    "simulator:scenario_create": Row(
        methods=FORM,
        act=Act.SAVE_SCENARIO,
        data={"name": "Un autre", "scenario": "population=65000&signed_on=2024-01-10&years=5&PREVENTION=on"},
    ),
    "simulator:scenario_compare": Row(),
    "simulator:scenario_detail": scenario_row(GET),
    "simulator:scenario_edit": scenario_row(act=Act.SAVE_SCENARIO, data={"name": "Un autre nom"}),
    "simulator:scenario_delete": scenario_row(POST, act=Act.SAVE_SCENARIO),
    # Places: public geography
    "territories:place_search": Row(public="public geography, which the public simulator searches too"),
}

# Routes of the packages. Those of the sign-in are open by nature; every other asks to be signed in.
PUBLIC_SIGN_IN = {
    "account_login": "one signs in before being signed in",
    "account_logout": "signing out twice is harmless",
    "account_inactive": "says that an account is closed",
    "account_signup": "says that an account only comes from an invitation",
    "account_email_verification_sent": "a page of the package, without a way in: addresses come from invitations",
    "account_confirm_email": "the link sent to an address",
    "account_confirm_login_code": "a page of the package, without a way in: no code is sent to sign in",
    "account_reset_password": "who forgot a password is not signed in",
    "account_reset_password_done": "who forgot a password is not signed in",
    "account_reset_password_from_key": "the link sent to an address",
    "account_reset_password_from_key_done": "who forgot a password is not signed in",
    "admin:login": "the sign-in page of the back office, which is the portal's own",
    "mfa_authenticate": "the second factor is asked before the session is open",
}
PREFIXES = ("account_", "mfa_")
ADMIN = "admin:"
DEMONSTRATION = "demonstration:"
PUBLIC_DEMONSTRATION = "only in a demonstration, whose people are invented; hidden anywhere else"
# Routes that a setting opens: they have a row, and may be absent.
CONDITIONAL = {"face"}


def row_of(name: str) -> Row | None:
    """Return the policy of a route, None when it has none."""
    if name in PUBLIC_SIGN_IN:
        return Row(public=PUBLIC_SIGN_IN[name])
    if name.startswith(DEMONSTRATION):
        return Row(public=PUBLIC_DEMONSTRATION)
    return POLICY.get(name)
