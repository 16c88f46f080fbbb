"""Routes of the health projects room: one URL, one intention."""

from django.urls import path

from health_projects.views import drafting, reading, review, territory

app_name = "health_projects"
urlpatterns = [
    path("", reading.project_list, name="project_list"),
    path("nouveau/", drafting.project_create, name="project_create"),
    path("<uuid:pk>/", reading.project_detail, name="project_detail"),
    path("<uuid:pk>/titre/", drafting.project_rename, name="project_rename"),
    path("<uuid:pk>/sections/<str:key>/", drafting.project_section, name="project_section"),
    path("<uuid:pk>/sections/<str:key>/commenter/", review.project_comment, name="project_comment"),
    path("<uuid:pk>/territoire/", territory.project_territory, name="project_territory"),
    path("<uuid:pk>/territoire/ajouter/", territory.territory_add, name="territory_add"),
    path("<uuid:pk>/territoire/coller/", territory.territory_paste, name="territory_paste"),
    path("<uuid:pk>/territoire/retirer/", territory.territory_remove, name="territory_remove"),
    path("<uuid:pk>/territoire/vider/", territory.territory_clear, name="territory_clear"),
    path("<uuid:pk>/missions/", drafting.project_missions, name="project_missions"),
    path("<uuid:pk>/population/", territory.project_population, name="project_population"),
    path("<uuid:pk>/population/retirer/", territory.population_remove, name="population_remove"),
    path("<uuid:pk>/envoyer/", review.project_submit, name="project_submit"),
    path("<uuid:pk>/renvoyer/", review.project_send_back, name="project_send_back"),
    path("<uuid:pk>/approuver/", review.project_approve, name="project_approve"),
    path("<uuid:pk>/opposer/", review.project_oppose, name="project_oppose"),
    path("<uuid:pk>/reprendre/", review.project_resume, name="project_resume"),
    path("<uuid:pk>/nouvelle-version/", review.project_new_version, name="project_new_version"),
    path("<uuid:pk>/comparer/", reading.project_compare, name="project_compare"),
    path("<uuid:pk>/chevauchements/<uuid:other>/accepter/", review.overlap_accept, name="overlap_accept"),
]
