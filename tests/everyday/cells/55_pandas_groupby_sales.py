import io

import pandas as pd

csv_data = """date,region,product,units,price
2024-01-05,North,Widget,10,2.50
2024-01-20,South,Gadget,3,14.00
2024-02-06,North,Gadget,1,14.00
2024-02-07,West,Widget,25,2.40
2024-03-08,South,Widget,8,2.50
"""

df = pd.read_csv(io.StringIO(csv_data), parse_dates=["date"])
df["revenue"] = df["units"] * df["price"]
df["month"] = df["date"].dt.to_period("M")

summary = (
    df.groupby("region")
    .agg(orders=("units", "count"), units=("units", "sum"), revenue=("revenue", "sum"))
    .sort_values("revenue", ascending=False)
)
print(summary)

pivot = df.pivot_table(index="month", columns="product", values="revenue", aggfunc="sum", fill_value=0)
print(pivot)
df[df["units"] > 5].head()
