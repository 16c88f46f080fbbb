"""Routes of the territories room."""

from django.urls import path

from territories import views

app_name = "territories"
urlpatterns = [path("recherche/", views.place_search, name="place_search")]
