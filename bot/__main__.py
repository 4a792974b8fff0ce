"""The command line: one verb, one use case. Exit 0 done; 1 refused, with one line on stderr; 2 usage or bad setting."""

import click

from bot.verbs import keeping, looking, office, phrases, running


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Duban (督办) drives every finding of an inspection to its verified close-out."""


for verb in (*running.VERBS, *office.VERBS, *phrases.VERBS, *looking.VERBS, *keeping.VERBS):
    main.add_command(verb)


if __name__ == "__main__":
    main()
