"""Routes of the funding room."""

from django.urls import path

from funding.views import orders, payments, reading, unscheduled

app_name = "funding"
urlpatterns = [
    path("", payments.payment_list, name="payment_list"),
    path("bordereaux/", orders.order_list, name="order_list"),
    path("bordereaux/nouveau/", orders.order_create, name="order_create"),
    path("bordereaux/<uuid:pk>/", orders.order_detail, name="order_detail"),
    path("bordereaux/<uuid:pk>/payer/", orders.order_pay, name="order_pay"),
    path("<uuid:pk>/", payments.payment_detail, name="payment_detail"),
    path("<uuid:pk>/ordonner/", payments.payment_order, name="payment_order"),
    path("<uuid:pk>/payer/", payments.payment_pay, name="payment_pay"),
    path("<uuid:pk>/annuler/", payments.payment_cancel, name="payment_cancel"),
    path("echeancier/<uuid:pk>/", reading.schedule, name="schedule"),
    path("soins-non-programmes/<uuid:pk>/", unscheduled.unscheduled_care, name="unscheduled_care"),
    path("soins-non-programmes/<uuid:pk>/debut/<str:kind>/", unscheduled.line_start, name="line_start"),
    path(
        "soins-non-programmes/<uuid:pk>/annee/<int:year>/",
        unscheduled.compensation_declare,
        name="compensation_declare",
    ),
    path("decomptes/<uuid:pk>/", reading.statement_detail, name="statement_detail"),
]
