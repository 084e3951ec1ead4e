"""A small stand-in for the service, on one port: moto answers S3, STS, ECR, IAM and logs; training and tuning
jobs are really run (training_job.py), endpoints really predict, with XGBoost as the public serving image does.

usage: BOOSTYARD=PROGRAM stand_in.py FOLDER   prints its URL, runs until stdin is closed
Every request for a training or tuning job, model or endpoint is kept in FOLDER/requests.
"""
import io
import itertools
import json
import pathlib
import sys
import tarfile
import time

import boto3
import numpy
import xgboost
from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse
from moto.logs.models import logs_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse
from moto.server import ThreadedMotoServer

import training_job

REGION = "us-east-1"
ACCOUNT = "123456789012"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
folder = pathlib.Path(sys.argv[1])
(folder / "requests").mkdir(parents=True)
(folder / "jobs").mkdir()


def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=url, aws_access_key_id="x",
                        aws_secret_access_key="x")


def sagemaker():
    return sagemaker_backends[ACCOUNT][REGION]


def tell_cloudwatch(job, lines):
    logs = logs_backends[ACCOUNT][REGION]
    stream = f"{job}/algo-1-1700000000"
    if LOG_GROUP not in logs.groups:
        logs.create_log_group(LOG_GROUP, {})
    logs.create_log_stream(LOG_GROUP, stream)
    now = int(time.time() * 1000)
    logs.put_log_events(LOG_GROUP, stream, [{"timestamp": now, "message": line.replace("\t", "#011")}
                                            for line in lines])


def train(request):
    request["TrainingJobArn"] = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{request['TrainingJobName']}"
    result = training_job.run_job(request, folder / "jobs", training_job.S3(client("s3")))
    training_job.write_record(folder / "requests", f"run-{request['TrainingJobName']}",
                              {"request": request, "result": result})
    tell_cloudwatch(request["TrainingJobName"], [line for a in result["attempts"] for line in a["lines"]])
    return result


def after_create_training_job(request):
    """moto has taken the job down as completed: run it, and describe what came of it."""
    result = train(request)
    job = sagemaker().training_jobs[request["TrainingJobName"]]
    job.training_job_status = job.secondary_status = result["status"]
    job.failure_reason = result["reason"] or None
    job.model_artifacts = {"S3ModelArtifacts": result["model"]}
    job.algorithm_specification = request["AlgorithmSpecification"]
    job.secondary_status_transitions = [
        {"Status": status, "StartTime": job.creation_time, "EndTime": job.creation_time, "StatusMessage": ""}
        for status in ("Starting", "Training", result["status"])]
    job.final_metric_data_list = [{"MetricName": name, "Value": value, "Timestamp": job.creation_time}
                                  for name, value in result["metrics"].items()]


def candidates(ranges):
    """Settings from both ends and the middle of every range: no search, but each range is used."""
    names, values = [], []
    for parameter in ranges.get("IntegerParameterRanges") or []:
        low, high = int(parameter["MinValue"]), int(parameter["MaxValue"])
        names.append(parameter["Name"])
        values.append([str(low), str((low + high) // 2), str(high)])
    for parameter in ranges.get("ContinuousParameterRanges") or []:
        low, high = float(parameter["MinValue"]), float(parameter["MaxValue"])
        names.append(parameter["Name"])
        values.append([str(low), str((low + high) / 2), str(high)])
    for parameter in ranges.get("CategoricalParameterRanges") or []:
        names.append(parameter["Name"])
        values.append(parameter["Values"])
    for choice in itertools.zip_longest(*values):
        yield {name: value if value is not None else values[i][0]
               for i, (name, value) in enumerate(zip(names, choice))}


def after_create_tuning_job(request):
    name = request["HyperParameterTuningJobName"]
    config, definition = request["HyperParameterTuningJobConfig"], request["TrainingJobDefinition"]
    objective = config["HyperParameterTuningJobObjective"]
    limit = config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    summaries = []
    for number, settings in enumerate(itertools.islice(candidates(config["ParameterRanges"]), limit)):
        job = {**definition, "TrainingJobName": f"{name[:24]}-{number:03d}",
               "ResourceConfig": definition.get("ResourceConfig") or
               definition["HyperParameterTuningResourceConfig"],
               "HyperParameters": {**definition["StaticHyperParameters"], **settings,
                                   "_tuning_objective_metric": objective["MetricName"]}}
        result = train(job)
        if result["status"] != "Completed":
            raise RuntimeError(result["reason"])
        summaries.append({
            "TrainingJobName": job["TrainingJobName"], "TrainingJobArn": job["TrainingJobArn"],
            "TrainingJobStatus": "Completed", "CreationTime": time.time(), "TunedHyperParameters": settings,
            "ObjectiveStatus": "Succeeded",
            "FinalHyperParameterTuningJobObjectiveMetric": {
                "Type": objective["Type"], "MetricName": objective["MetricName"],
                "Value": result["metrics"][objective["MetricName"]]}})
    pick = max if objective["Type"] == "Maximize" else min
    best = pick(summaries, key=lambda s: s["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
    job = sagemaker().hyper_parameter_tuning_jobs[name]
    job.best_training_job = best
    job.training_job_status_counters["Completed"] = len(summaries)
    job.objective_status_counters["Succeeded"] = len(summaries)


def booster_of(model):
    """As the serving image: every file of the archive that is not hidden is a model; there must be one."""
    container = model.primary_container or model.containers[0]
    bucket, key = training_job.S3.split(container["ModelDataUrl"])
    body = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        (member,) = [m for m in archive.getmembers() if m.isfile() and not m.name.startswith(".")]
        return xgboost.Booster(model_file=bytearray(archive.extractfile(member).read()))


def invoke_endpoint(self):
    """CSV rows without label in, predictions out."""
    backend = sagemaker()
    endpoint = backend.endpoints[self.path.split("/")[2]]
    config = backend.endpoint_configs[endpoint.endpoint_config_name]
    booster = booster_of(backend._models[config.production_variants[0]["ModelName"]])
    body = self.body if isinstance(self.body, str) else self.body.decode()
    rows = numpy.loadtxt(io.StringIO(body), delimiter=",", ndmin=2)
    predictions = booster.predict(xgboost.DMatrix(rows), validate_features=False)
    return 200, {"Content-Type": "text/csv"}, "\n".join(map(str, predictions))


def simulate_principal_policy(self):
    """Every role may do everything (moto has no such action)."""
    actions = [value for name, value in sorted(self.querystring.items()) if name.startswith("ActionNames")]
    return ActionResult({"EvaluationResults": [
        {"EvalActionName": action[0], "EvalResourceName": "*", "EvalDecision": "allowed"} for action in actions]})


def without_empty_parts(action):
    """moto describes a part that was not given as an empty one; the service leaves it out."""
    original = getattr(SageMakerResponse, action)

    def method(self):
        return ActionResult({name: value for name, value in original(self).result.items() if value != {}})

    setattr(SageMakerResponse, action, method)


def keep(action, kind, after=None):
    """Let moto answer an action as it does; keep the request, then do what it does not."""
    original = getattr(SageMakerResponse, action)

    def method(self):
        request = json.loads(self.body)
        answer = original(self)
        name = next(value for key, value in request.items() if key == kind + "Name")
        training_job.write_record(folder / "requests", f"{kind}-{name}", request)
        if after:
            after(request)
        return answer

    setattr(SageMakerResponse, action, method)


keep("create_training_job", "TrainingJob", after_create_training_job)
keep("create_hyper_parameter_tuning_job", "HyperParameterTuningJob", after_create_tuning_job)
keep("create_model", "Model")
keep("create_endpoint", "Endpoint")
keep("create_endpoint_config", "EndpointConfig")
for described in ("describe_model", "describe_endpoint", "describe_endpoint_config"):
    without_empty_parts(described)
IamResponse.simulate_principal_policy = simulate_principal_policy
SageMakerRuntimeResponse.invoke_endpoint = invoke_endpoint

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())
client("iam").create_role(RoleName="SageMakerTraining", AssumeRolePolicyDocument=json.dumps({
    "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                            "Principal": {"Service": "sagemaker.amazonaws.com"}}]}))
print(url, flush=True)
sys.stdin.read()
server.stop()
