"""Changes the program one small place at a time, and asks whether a test notices.

`python_source` and `sql_text` propose the changes, `coverage_plugin` measures which tests reach
which line, `trial` runs the tests of one change in a copy of the checkout, and `__main__` draws the
changes, tries them and writes what came of it. A change that no test notices is a hole in the tests
or changes nothing that anybody could see; those of the second sort stand in `equivalent.yaml`, each
with its reason.
"""
