"""Routes of the dialogues room."""

app_name = "dialogues"
urlpatterns = []
