"""Pages that tell the whole story: home, portfolio, dossier of a contract."""

from django.http import HttpResponse


def home(request):
    return HttpResponse("accueil")


def portfolio(request):
    return HttpResponse("portefeuille")


def dossier(request, pk):
    return HttpResponse("dossier")
