"""What changes on the server appears on open pages: server-sent events (WHATWG HTML, 9.2).

An event says that something changed, never what: the page asks again as whoever it is, through the
same gate as any other question. Only the latest state of a topic matters, so events that were not
sent yet are replaced by newer ones: a slow reader costs no memory and misses nothing.
"""
