"""Sends what botocore would send to AWS to the stand-in instead.

AWS_ENDPOINT_URL alone does not reach every client: the SDKs name some endpoints themselves. The stand-in tells
services apart by the host that was meant.
"""
import os
import urllib.parse

import botocore.httpsession

STAND_IN = urllib.parse.urlsplit(os.environ["BOOSTYARD_STAND_IN"])
original_send = botocore.httpsession.URLLib3Session.send


def send(self, request):
    meant = urllib.parse.urlsplit(request.url)
    request.headers["Host"] = meant.netloc
    request.url = urllib.parse.urlunsplit(meant._replace(scheme=STAND_IN.scheme, netloc=STAND_IN.netloc))
    return original_send(self, request)


botocore.httpsession.URLLib3Session.send = send
