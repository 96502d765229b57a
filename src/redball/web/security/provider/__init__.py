"""A client of a nation's own identity provider (OpenID Connect).

Authorization code with PKCE, state and nonce. The provider says who somebody is; what they may do
stays with the account here, which an administrator linked to that identity beforehand.

Sources: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the
answer); RFC 9700 (best current practice).
"""

from redball.web.security.provider.client import Begun, Proven, Provider

__all__ = ["Begun", "Proven", "Provider"]
