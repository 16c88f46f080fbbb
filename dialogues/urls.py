"""Routes of the dialogues room."""

from django.urls import path

from dialogues import views

app_name = "dialogues"
urlpatterns = [
    path("", views.dialogue_list, name="dialogue_list"),
    path("<uuid:pk>/", views.dialogue_detail, name="dialogue_detail"),
    path("<uuid:pk>/convoquer/", views.dialogue_convene, name="dialogue_convene"),
    path("<uuid:pk>/tenue/", views.dialogue_hold, name="dialogue_hold"),
    path("<uuid:pk>/compte-rendu/", views.dialogue_minutes, name="dialogue_minutes"),
    path("<uuid:pk>/envoyer/", views.dialogue_send, name="dialogue_send"),
    path("<uuid:pk>/reprendre/", views.dialogue_reopen, name="dialogue_reopen"),
    path("<uuid:pk>/reviser/", views.dialogue_revise, name="dialogue_revise"),
    path("<uuid:pk>/approuver/", views.dialogue_approve, name="dialogue_approve"),
    path("negociation/<uuid:pk>/ouvrir/", views.negotiation_open, name="negotiation_open"),
    path("extraordinaire/<uuid:pk>/", views.extraordinary_create, name="extraordinary_create"),
    path("annexes/<uuid:pk>/", views.annex_detail, name="annex_detail"),
    path("annexes/<uuid:pk>/signer/", views.annex_sign, name="annex_sign"),
    path("annexes/<uuid:pk>/signer/ailleurs/", views.annex_sign_outside, name="annex_sign_outside"),
    path("annexes/<uuid:pk>/signer/papier/", views.annex_sign_paper, name="annex_sign_paper"),
    path("annexes/<uuid:pk>/refuser/", views.annex_refuse, name="annex_refuse"),
    path("annexes/<uuid:pk>/renvoyer/", views.annex_resend, name="annex_resend"),
]
