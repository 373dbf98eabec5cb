"""The pages of the site: a module each, whose `content(site)` is what its template of the same name is filled with."""
