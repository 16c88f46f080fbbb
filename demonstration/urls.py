"""Routes of the demonstration room."""

app_name = "demonstration"
urlpatterns = []
