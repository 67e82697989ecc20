import altair as alt
import pandas as pd

df = pd.DataFrame(
    {
        "city": ["Oslo", "Oslo", "Rome", "Rome", "Cairo", "Cairo"],
        "season": ["summer", "winter"] * 3,
        "rain_mm": [82, 55, 21, 94, 0, 5],
    }
)

bars = (
    alt.Chart(df)
    .mark_bar()
    .encode(
        x=alt.X("city:N", sort="-y", title="City"),
        y=alt.Y("rain_mm:Q", title="Rain (mm)"),
        color="season:N",
        tooltip=["city", "season", "rain_mm"],
    )
    .properties(width=300, height=200, title="Rain by season")
)
bars
