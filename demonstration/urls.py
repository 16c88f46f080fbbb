"""Routes of the demonstration room; the house only takes them in a demonstration."""

from django.urls import path

from demonstration import views

app_name = "demonstration"
urlpatterns = [
    path("", views.tools, name="tools"),
    path("codes/", views.codes, name="codes"),
    path("connexion/<int:pk>/", views.sign_in, name="sign_in"),
    path("chemin/", views.play, name="guide"),
    path("courriels/", views.mails, name="mails"),
    path("date/", views.dates, name="dates"),
    path("date/aller/", views.move, name="move"),
    path("date/mois-suivant/", views.move_a_month, name="move_a_month"),
    path("date/revenir/", views.come_back, name="come_back"),
]
