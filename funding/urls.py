"""Routes of the funding room."""

from django.urls import path

from funding import views

app_name = "funding"
urlpatterns = [
    path("", views.payment_list, name="payment_list"),
    path("bordereaux/", views.order_list, name="order_list"),
    path("bordereaux/nouveau/", views.order_create, name="order_create"),
    path("bordereaux/<uuid:pk>/", views.order_detail, name="order_detail"),
    path("bordereaux/<uuid:pk>/payer/", views.order_pay, name="order_pay"),
    path("<uuid:pk>/", views.payment_detail, name="payment_detail"),
    path("<uuid:pk>/ordonner/", views.payment_order, name="payment_order"),
    path("<uuid:pk>/payer/", views.payment_pay, name="payment_pay"),
    path("<uuid:pk>/annuler/", views.payment_cancel, name="payment_cancel"),
    path("echeancier/<uuid:pk>/", views.schedule, name="schedule"),
    path("soins-non-programmes/<uuid:pk>/", views.unscheduled_care, name="unscheduled_care"),
    path("soins-non-programmes/<uuid:pk>/debut/<str:kind>/", views.line_start, name="line_start"),
    path("soins-non-programmes/<uuid:pk>/annee/<int:year>/", views.compensation_declare, name="compensation_declare"),
    path("decomptes/<uuid:pk>/", views.statement_detail, name="statement_detail"),
]
