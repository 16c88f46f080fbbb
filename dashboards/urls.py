"""Routes of the dashboards room."""

from django.urls import path

from dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("", views.home, name="home"),
    path("portefeuille/", views.portfolio, name="portfolio"),
    path("dossiers/<uuid:pk>/", views.dossier, name="dossier"),
    path("dossiers/<uuid:pk>/annees/<int:number>/pieces/", views.year_download, name="year_download"),
    path("dossiers/<uuid:pk>/fin/", views.contract_end, name="contract_end"),
]
