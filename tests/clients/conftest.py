"""Prints the matrix of clients after their tests."""


def pytest_terminal_summary(terminalreporter):
    rows = []
    for outcome, word in (("passed", "works"), ("failed", "FAILS"), ("skipped", "not shown")):
        for report in terminalreporter.stats.get(outcome, []):
            client = dict(report.user_properties).get("client")
            if client is not None:
                rows.append((client.name, client.version, word, client.shows))
    if not rows:
        return
    terminalreporter.section("clients")
    for name, version, word, shows in sorted(rows):
        terminalreporter.write_line(f"{name:<36} {version:<28} {word:<10} {shows}")
