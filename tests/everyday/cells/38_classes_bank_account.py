class InsufficientFundsError(Exception):
    """The balance does not cover a withdrawal."""


class Account:
    def __init__(self, owner: str, balance: float = 0.0):
        self.owner = owner
        self._balance = balance
        self.history = []

    @property
    def balance(self) -> float:
        return self._balance

    def deposit(self, amount: float) -> None:
        if amount <= 0:
            raise ValueError("Deposit amount must be positive")
        self._balance += amount
        self.history.append(("deposit", amount))

    def withdraw(self, amount: float) -> None:
        if amount > self._balance:
            raise InsufficientFundsError(f"Cannot withdraw {amount:.2f}, the balance is {self._balance:.2f}")
        self._balance -= amount
        self.history.append(("withdraw", amount))

    def __repr__(self):
        return f"Account(owner={self.owner!r}, balance={self._balance:.2f})"


account = Account("Alice", 100)
account.deposit(50)
try:
    account.withdraw(500)
except InsufficientFundsError as e:
    print(f"Error: {e}")
account.withdraw(30)
print(account.history)
account
