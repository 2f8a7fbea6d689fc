"""Who signs in. The user is ours from the first migration on: it cannot be exchanged later."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Users(BaseUserManager):
    """Makes users by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may sign in; without a password only by link or single sign-on."""
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator."""
        return self.create_user(email, password, role=User.Role.ADMINISTRATOR, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, known by its mail address; `role` decides what it may do."""

    class Role(models.TextChoices):
        """The roles of the policy table."""

        SELLER = "seller"
        MANAGER = "manager"
        MARKETER = "marketer"
        OPERATIONS = "operations"
        ADMINISTRATOR = "administrator"
        BUYER = "buyer"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.SELLER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or str(self.email)

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this user in."""
        return self.role in (self.Role.ADMINISTRATOR, self.Role.OPERATIONS)
