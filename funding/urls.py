"""Routes of the funding room."""

app_name = "funding"
urlpatterns = []
