"""Routes of the health projects room: one URL, one intention."""

from django.urls import path

from health_projects import views

app_name = "health_projects"
urlpatterns = [
    path("", views.project_list, name="project_list"),
    path("nouveau/", views.project_create, name="project_create"),
    path("<uuid:pk>/", views.project_detail, name="project_detail"),
    path("<uuid:pk>/titre/", views.project_rename, name="project_rename"),
    path("<uuid:pk>/sections/<str:key>/", views.project_section, name="project_section"),
    path("<uuid:pk>/sections/<str:key>/commenter/", views.project_comment, name="project_comment"),
    path("<uuid:pk>/territoire/", views.project_territory, name="project_territory"),
    path("<uuid:pk>/territoire/ajouter/", views.territory_add, name="territory_add"),
    path("<uuid:pk>/territoire/coller/", views.territory_paste, name="territory_paste"),
    path("<uuid:pk>/territoire/retirer/", views.territory_remove, name="territory_remove"),
    path("<uuid:pk>/territoire/vider/", views.territory_clear, name="territory_clear"),
    path("<uuid:pk>/missions/", views.project_missions, name="project_missions"),
    path("<uuid:pk>/population/", views.project_population, name="project_population"),
    path("<uuid:pk>/population/retirer/", views.population_remove, name="population_remove"),
    path("<uuid:pk>/envoyer/", views.project_submit, name="project_submit"),
    path("<uuid:pk>/renvoyer/", views.project_send_back, name="project_send_back"),
    path("<uuid:pk>/approuver/", views.project_approve, name="project_approve"),
    path("<uuid:pk>/opposer/", views.project_oppose, name="project_oppose"),
    path("<uuid:pk>/reprendre/", views.project_resume, name="project_resume"),
    path("<uuid:pk>/nouvelle-version/", views.project_new_version, name="project_new_version"),
    path("<uuid:pk>/comparer/", views.project_compare, name="project_compare"),
    path("<uuid:pk>/chevauchements/<uuid:other>/accepter/", views.overlap_accept, name="overlap_accept"),
]
