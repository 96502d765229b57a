"""People at a node: how they prove who they are, and how long that holds.

Passwords (Argon2id), one-time codes (RFC 6238), recovery codes, passkeys (WebAuthn level 2),
sessions, tokens with scopes, links that count once. Values and rules only: nothing is stored or
sent here, and the clock is passed in. Modules are imported by name, since some of them are heavy.
"""
