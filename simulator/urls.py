"""Routes of the simulator."""

from django.urls import path

from simulator import views

app_name = "simulator"
urlpatterns = [
    path("", views.simulation, name="simulation"),
    path("comparer/", views.comparison, name="comparison"),
]
