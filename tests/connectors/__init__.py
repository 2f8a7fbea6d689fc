"""Tests of connectors share servers, so they are a package."""
