import textwrap
from string import Template

TEMPLATE = Template(
    textwrap.dedent(
        """\
        Dear $name,

        $body

        Kind regards,
        $sender
        """
    )
)

body = (
    "Thank you for your order of $count items. We are sorry to tell you that the delivery "
    "will be delayed by approximately two weeks because our supplier ran out of stock. "
    "You can cancel your order free of charge at any time."
)

letter = TEMPLATE.substitute(
    name="Ms. Example",
    body=textwrap.fill(Template(body).substitute(count=3), width=50),
    sender="The Shop",
)
print(textwrap.indent(letter, "> ", lambda line: True))
print(textwrap.shorten(body, width=60, placeholder="..."))
print("=" * 20, "SUMMARY".center(12), "=" * 20)
