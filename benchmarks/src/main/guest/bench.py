"""What Python programs do most: method calls, dictionaries, lists, strings, small integers. The same on every run."""


class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 0

    def pay(self, amount):
        self.balance += amount
        return self.balance


class Saver(Account):
    def pay(self, amount):
        return super().pay(amount - amount // 10)


def accounts(rounds):
    people = [(Saver if i % 3 else Account)("p%d" % i) for i in range(50)]
    total = 0
    for i in range(rounds):
        total += people[i * 7 % 50].pay(i % 100)
    return total % 1000003


def words(rounds):
    counts = {}
    state = 1
    for _ in range(rounds):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        key = "w" + str(state >> 16 & 255)
        counts[key] = counts.get(key, 0) + 1
    return ",".join("%s:%d" % item for item in sorted(counts.items())[:8])


def queens(size, row=0, columns=0, up=0, down=0):
    if row == size:
        return 1
    found = 0
    for column in range(size):
        a, b, c = 1 << column, 1 << row + column, 1 << row - column + size
        if not (columns & a or up & b or down & c):
            found += queens(size, row + 1, columns | a, up | b, down | c)
    return found


def primes(limit):
    return len([n for n in range(2, limit) if all(n % d for d in range(2, int(n**0.5) + 1))])


print(accounts(60000), words(30000), queens(7), primes(4000))
