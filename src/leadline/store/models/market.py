"""The market: accounts, people, deals and what is sold. Plain columns are those of core.market.FIELDS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from leadline.core.market import BuyingRole as Roles


class Team(models.Model):
    """Sellers who work together."""

    name = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")


class Territory(models.Model):
    """A part of the market that a seller or team serves; `rule` says which accounts lie in it."""

    name = models.CharField(max_length=200, unique=True)
    rule = models.JSONField(default=dict)


class Entity(models.Model):
    """An object of the market with the origin of its row.

    `root` is the object that it was merged into, through any number of merges; NULL where it stands for itself.
    `extra` holds what sources say beyond our columns, by their own headers.
    """

    extra = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    batch = models.ForeignKey("store.Batch", models.PROTECT, null=True, related_name="+", db_index=True)
    row = models.IntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """No table of its own."""

        abstract = True


class Seller(Entity):
    """Someone who sells; one to one with the user who signs in, where there is one."""

    user = models.OneToOneField("store.User", models.SET_NULL, null=True, related_name="seller")
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="sellers")
    territory = models.ForeignKey(Territory, models.SET_NULL, null=True, related_name="sellers")


class Account(Entity):
    """A company, perhaps a part of another one."""

    name = models.CharField(max_length=500, blank=True)
    domain = models.CharField(max_length=253, blank=True, db_index=True)
    website = models.CharField(max_length=2000, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    employees = models.BigIntegerField(null=True)
    revenue = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    street = models.CharField(max_length=500, blank=True)
    postcode = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    owner = models.ForeignKey(Seller, models.SET_NULL, null=True, related_name="accounts")
    territory = models.ForeignKey(Territory, models.SET_NULL, null=True, related_name="accounts")


class Person(Entity):
    """A person on the buyers' side. `email` is lower case."""

    given_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=400, blank=True)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    phone = models.CharField(max_length=60, blank=True)
    mobile = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300, blank=True)
    department = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=35, blank=True)
    lifecycle = models.CharField(max_length=100, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="people")
    owner = models.ForeignKey(Seller, models.SET_NULL, null=True, related_name="people")


class Product(Entity):
    """What is sold; `code` is the company's own."""

    code = models.CharField(max_length=200, blank=True, db_index=True)
    name = models.CharField(max_length=500, blank=True)
    family = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)


class Deal(Entity):
    """A purchase that is open, won or lost. Its history is in Change."""

    class State(models.TextChoices):
        """Whether it is decided."""

        OPEN = "open"
        WON = "won"
        LOST = "lost"

    name = models.CharField(max_length=500, blank=True)
    stage = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    probability = models.FloatField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    expected_on = models.DateField(null=True)
    pipeline = models.CharField(max_length=200, blank=True)
    lost_reason = models.CharField(max_length=1000, blank=True)
    channel = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="deals")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    owner = models.ForeignKey(Seller, models.SET_NULL, null=True, related_name="deals")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")


class DealProduct(models.Model):
    """One product in a deal."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=1)
    price = models.DecimalField(max_digits=20, decimal_places=4, null=True)

    class Meta:
        """A product once a deal."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["deal", "product"], name="deal_product_once")]


class BuyingRole(models.Model):
    """What a person is in a deal: proposed by a source, true only once a person of ours has confirmed it."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="group")
    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=30, choices=[(role.value, role.value) for role in Roles])
    source = models.CharField(max_length=100)
    batch = models.ForeignKey("store.Batch", models.PROTECT, null=True, related_name="+")
    row = models.IntegerField(default=0)
    span = models.TextField(blank=True)
    proposed_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey("store.User", models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        """A role once a person and deal; many people to a deal, and many roles to a person."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["deal", "person", "role"], name="buying_role_once")]


class Order(Entity):
    """What an account ordered."""

    number = models.CharField(max_length=200, blank=True, db_index=True)
    state = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    ordered_at = models.DateTimeField(null=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="orders")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="orders")


class OrderLine(models.Model):
    """One line of an order, numbered from 1."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    number = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=1)
    price = models.DecimalField(max_digits=20, decimal_places=4, null=True)

    class Meta:
        """A number once an order."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "number"], name="order_line_once")]
