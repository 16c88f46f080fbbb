"""Routes of the accounts room."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.team, name="team"),
    path("inviter/", views.invitation_create, name="invitation_create"),
    path("invitations/<uuid:pk>/renvoyer/", views.invitation_resend, name="invitation_resend"),
    path("invitations/<uuid:pk>/retirer/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invitation/<str:token>/", views.invitation_accept, name="invitation_accept"),
    path("membres/<uuid:pk>/fermer/", views.membership_close, name="membership_close"),
    path("membres/<uuid:pk>/rouvrir/", views.membership_open, name="membership_open"),
    path("changer/", views.switch_organisation, name="switch"),
]
