"""The site of the back office: administrators only, after the portal's own sign-in."""

from django.contrib import admin


class PortalAdminSite(admin.AdminSite):
    site_header = "Portail CPTS, administration"
    site_title = "Administration du Portail CPTS"
    index_title = "Données de référence, organisations et comptes"
    login_template = "account/login.html"
