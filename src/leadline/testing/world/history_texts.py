"""What buyers and sellers of the simulated history write: sentences of known intent, with names filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadline.core.understanding import Intent

PLAIN_GOOD, PLAIN_BAD = "good news", "bad news"  # no intent of ours, but a tone

# Each entry: subject, body. {product}, {company}, {colleague}, {first}, {seller} are filled in.
BUYER: Mapping[str, Sequence[tuple[str, str]]] = {
    Intent.QUESTION: (
        ("Question about {product}", "Hello {seller}, does {product} connect to SAP, and who would set it up? {first}"),
        ("Before we go on", "Could you tell me how long the rollout took at companies of our size? Thanks, {first}"),
        ("Data protection", "Where is our data stored, and can we choose the region for {company}? Regards, {first}"),
        ("Support hours", "What are your support hours, and is there somebody who speaks German? {first}"),
    ),
    Intent.OBJECTION: (
        ("Doubts", "I am not convinced that {product} covers our case; the demo left out the warehouse part. {first}"),
        ("Re: next steps", "Our IT team worries about the effort. We cannot spare anyone this quarter. {first}"),
        ("Comparing", "Frankly, the other vendor offers the same for less and fits our tools better. {first}"),
        ("Contract", "Legal will not accept the three year term, and neither will I. {first}"),
    ),
    Intent.MEETING: (
        ("Can we talk?", "Could we meet next Tuesday at ten to go through {product} with {colleague}? {first}"),
        ("Workshop", "Please send a few dates for a call with our team in the coming week. Thank you, {first}"),
        ("Demo for the board", "I would like you to show {product} to our management; is Thursday free? {first}"),
    ),
    Intent.PRICE: (
        ("Offer", "What would {product} cost for 120 users, and what discount is there for two years? {first}"),
        ("Quote", "Please send us a quote for {product} so that I can put it into next year's budget. {first}"),
        ("Pricing", "How does the price change if {company} starts with one site only? Kind regards, {first}"),
    ),
    Intent.REFERRAL: (
        ("Please talk to {colleague}", "I am not the right person; {colleague} looks after it and is copied. {first}"),
        ("New contact", "From now on please write to {colleague}, who leads the project at {company}. {first}"),
    ),
    Intent.UNSUBSCRIBE: (
        ("Stop", "Please take me off your list and do not write to me again. {first}"),
        ("Newsletter", "Unsubscribe me from these mails, please. {first}"),
    ),
    PLAIN_GOOD: (
        ("Thank you", "The team was really impressed by what you showed; exactly what we were hoping for. {first}"),
        ("Good progress", "The pilot went well and {colleague} is very happy with the first results. {first}"),
        ("Go ahead", "Management likes the plan; we are glad to take the next step with you. {first}"),
    ),
    PLAIN_BAD: (
        ("Delay", "Unfortunately the project is on hold, and I am disappointed how long answers take. {first}"),
        ("Trial", "The trial was frustrating: two imports failed and nobody called us back. {first}"),
        ("Budget", "Bad news from finance: the budget was cut and priorities have shifted. {first}"),
    ),
}  # fmt: skip

SELLER: Sequence[tuple[str, str]] = (
    ("{product} for {company}", "Hello {first}, here is what we discussed, with the next steps. {seller}"),
    ("Your questions", "Dear {first}, please find the answers to your questions attached. Kind regards, {seller}"),
    ("A date for the demo", "Hi {first}, would Wednesday at two suit you and {colleague} for the demo? {seller}"),
    ("Following up", "Hello {first}, did you have time to look at the proposal for {product}? {seller}"),
)  # fmt: skip

PAGES = (
    ("/pricing", "Pricing"),
    ("/products", "Products"),
    ("/customers", "Customers"),
    ("/docs/security", "Security"),
    ("/blog/rollout", "How a rollout goes"),
    ("/about", "About us"),
)
FILES = ("datasheet.pdf", "security-whitepaper.pdf", "case-study.pdf", "buyers-guide.pdf")
