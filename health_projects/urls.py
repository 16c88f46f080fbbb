"""Routes of the health_projects room."""

app_name = "health_projects"
urlpatterns = []
