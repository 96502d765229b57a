"""What stands between a request and a handler.

``middleware`` has the order. ``peers`` says where a request comes from, ``sessions`` who it is,
``limiting`` how much they may ask for, ``forgery`` whether a page of this server sent it, ``guard``
whether they may, ``bodies`` how much they may send, ``headers`` what a page may load; ``telling``
writes refusals down. ``provider`` is the client of a nation's identity provider.
"""
