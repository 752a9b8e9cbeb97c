"""What tests of the Parameter Store share."""

from conformance.support.server import ACCOUNT, REGION

DEFAULT_KEY = "alias/aws/ssm"


def parameter_arn(name, region=REGION, account=ACCOUNT):
    return f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}"


def all_pages(operation, **parameters):
    """Follows the tokens of a listing to the end; gives the pages."""
    found = []
    while True:
        answer = operation(**parameters)
        found.append(answer["Parameters"])
        if "NextToken" not in answer:
            return found
        parameters["NextToken"] = answer["NextToken"]
        assert len(found) < 1000, "the tokens do not come to an end"


def names(answer):
    return [parameter["Name"] for parameter in answer["Parameters"]]
