"""The back office: Django admin, under the portal's own site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "cpts_portal.admin.PortalAdminSite"
