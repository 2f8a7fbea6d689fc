"""The Django application that holds the record."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its label is 'store', so tables are store_signal, store_person …"""

    name = "leadline.store"
    label = "store"
    verbose_name = "Record"
