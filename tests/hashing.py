"""Passwords in tests: Django's own way, a thousand rounds instead of a million. Who logs in is tested, not how slow guessing is."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1000
