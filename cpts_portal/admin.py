"""The site of the back office: administrators only, after the portal's own sign-in."""

from django.contrib import admin


class PortalAdminSite(admin.AdminSite):
    site_header = "Portail CPTS, administration"
    site_title = "Administration du Portail CPTS"
    index_title = "Données de référence, organisations et comptes"
    enable_nav_sidebar = False  # the lists need the width
    login_template = "account/login.html"

    def has_permission(self, request):
        """Administrators only: the access without the rights (`is_staff` alone) opens nothing."""
        return super().has_permission(request) and request.user.is_superuser
