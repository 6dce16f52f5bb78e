"""`python -m connector.practice.hubspot --port P --people N --seed S`."""

from connector.practice.hubspot.server import main

if __name__ == "__main__":
    main()
