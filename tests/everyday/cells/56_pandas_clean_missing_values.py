import numpy as np
import pandas as pd

df = pd.DataFrame(
    {
        "name": ["Ann", "Ben", "Cat", "Dan", "Ben"],
        "age": [34, np.nan, 29, 41, np.nan],
        "city": ["Paris", "Rome", None, "Paris", "Rome"],
    }
)

print(df.isna().sum())
df = df.drop_duplicates()
df["age"] = df["age"].fillna(df["age"].mean()).astype(int)
df["city"] = df["city"].fillna("unknown").str.upper()
df["group"] = pd.cut(df["age"], bins=[0, 30, 40, 120], labels=["young", "middle", "senior"])

print(df.describe())
print(df["city"].value_counts())
df
