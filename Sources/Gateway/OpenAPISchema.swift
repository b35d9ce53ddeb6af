/// The shape of one body, as the document states it; a test compares it with what is written.
struct OpenAPISchema: Sendable {
    /// One key of a body.
    struct Property: Sendable {
        let name: String
        /// `string`, `integer`, `number`, `boolean`, `numbers` or `texts` (objects of them), the
        /// name of a schema; with `[]` behind it a list, with `?` it may be null.
        let type: String
    }

    let name: String
    let properties: [Property]

    private init(_ name: String, _ properties: String) {
        self.name = name
        self.properties = properties.split(separator: " ").map { property in
            let parts = property.split(separator: ":")
            return Property(name: String(parts[0]), type: String(parts[1]))
        }
    }

    /// Every schema, by name.
    static let all: [OpenAPISchema] = [
        OpenAPISchema("ActionResult", "name:string namespace:string id:integer"),
        OpenAPISchema("Artifact", "sha256:string bytes:integer"),
        OpenAPISchema(
            "AuditLine",
            "sequence:integer at:string? user:string role:string origin:string operation:string"
                + " target:string outcome:string"),
        OpenAPISchema(
            "Diagnostic",
            "file:string line:integer column:integer path:string message:string rendered:string"),
        OpenAPISchema("Error", "error:Failure"),
        OpenAPISchema(
            "Event",
            "sequence:integer kind:string job:string? jobID:integer node:string at:string?"
                + " reason:string message:string metrics:numbers state:string?"),
        OpenAPISchema(
            "Explanation",
            "name:string state:string reason:string message:string ahead:integer waiting:string"
                + " nodes:Lack[]"),
        OpenAPISchema(
            "Failure", "reason:string message:string diagnostics:Diagnostic[] missing:string[]"),
        OpenAPISchema(
            "Health",
            "status:string freeBytes:integer readyNodes:integer nodes:integer time:string?"),
        OpenAPISchema("Probe", "port:integer reason:string?"),
        OpenAPISchema(
            "Housekeeping", "removed:boolean removable:StoredItems[] stored:StoredItems[]"),
        OpenAPISchema(
            "StoredItems", "what:string count:integer bytes:integer ruleSeconds:integer"),
        OpenAPISchema(
            "JobDescription",
            "apiVersion:string kind:string metadata:JobMetadata spec:JobSpec status:JobStatus"),
        OpenAPISchema(
            "JobMetadata",
            "name:string baseName:string run:integer namespace:string id:integer user:string"
                + " labels:texts idempotencyKey:string submittedAt:string?"),
        OpenAPISchema(
            "JobSpec",
            "yaml:string replicas:integer model:string initial:string? hidden:integer[]"
                + " epochs:integer batchSize:integer"
                + " seed:string optimizer:string schedule:string"
                + " learningRate:number momentum:number numerics:string"
                + " milliCPU:integer memoryBytes:integer maxHosts:integer"
                + " timeLimitSeconds:integer backoffLimit:integer dataset:string"),
        OpenAPISchema(
            "JobStatus",
            "state:string reason:string message:string startedAt:string? finishedAt:string?"
                + " attempt:integer failures:integer model:StoredModel? metrics:numbers"
                + " samplesPerSecond:number? rounds:integer totalRounds:integer? frozen:Frozen"
                + " exchange:Exchange? checkpoint:Checkpoint? attempts:Ending[]"
                + " members:Member[] hosts:string[] progress:Progress? command:Command?"),
        OpenAPISchema(
            "Command",
            "line:string ranks:integer exitCode:integer? signal:integer? exitRank:integer?"
                + " infrastructureFailures:integer outputs:Output[]"),
        OpenAPISchema("Output", "firstRank:integer sha256:string bytes:integer"),
        OpenAPISchema(
            "JobSummary",
            "name:string namespace:string id:integer user:string labels:texts state:string"
                + " reason:string message:string replicas:integer hosts:string[] rounds:integer"
                + " samplesPerSecond:number? metrics:numbers model:string sha256:string"
                + " submittedAt:string? startedAt:string? finishedAt:string? progress:Progress?"),
        OpenAPISchema("AskRequest", "count:integer"),
        OpenAPISchema("AskedTrials", "trials:Trial[] shortage:string done:boolean"),
        OpenAPISchema(
            "Condition",
            "type:string status:string reason:string message:string lastTransitionTime:string?"),
        OpenAPISchema("CurvePoint", "step:integer value:number?"),
        OpenAPISchema(
            "Experiment",
            "name:string namespace:string id:integer user:string labels:texts state:string"
                + " reason:string message:string algorithm:string objectives:Objective[]"
                + " parameters:string[] maxTrials:integer parallelTrials:integer"
                + " maxFailedTrials:integer? trials:TrialCounts best:Trial? resumptions:integer"
                + " conditions:Condition[] submittedAt:string? finishedAt:string?"),
        OpenAPISchema("Objective", "metric:string direction:string goal:number?"),
        OpenAPISchema(
            "LimitsRequest", "maxTrials:integer parallelTrials:integer maxFailedTrials:integer"),
        OpenAPISchema(
            "SubmittedExperiment", "name:string namespace:string id:integer repeated:boolean"),
        OpenAPISchema(
            "TellRequest", "trial:integer step:integer metrics:numbers failure:string"),
        OpenAPISchema("ToldTrial", "stop:boolean reason:string"),
        OpenAPISchema(
            "Trial",
            "name:string number:integer experiment:string jobID:integer state:string reason:string"
                + " message:string parameters:values values:number?[] metrics:numbers"
                + " curve:CurvePoint[] lastStep:integer decision:string budget:integer?"
                + " parent:integer? rungs:TrialRung[] createdAt:string? finishedAt:string?"
                + " seconds:number"),
        OpenAPISchema(
            "TrialRung",
            "rung:integer budget:integer jobID:integer value:number? decision:string"),
        OpenAPISchema(
            "TrialCounts",
            "all:integer running:integer succeeded:integer failed:integer stopped:integer"
                + " cancelled:integer unavailable:integer paused:integer"),
        OpenAPISchema("Lack", "node:string reason:string message:string"),
        OpenAPISchema(
            "Model",
            "name:string version:integer reference:string namespace:string job:string?"
                + " jobID:integer sha256:string descriptionSHA256:string bytes:integer"
                + " rounds:integer roundChain:string metrics:numbers createdAt:string?"),
        OpenAPISchema(
            "Node",
            "name:string state:string version:string protocolVersion:integer cores:integer"
                + " features:string[] capacity:Amount used:Amount jobs:string[]"
                + " fingerprints:Fingerprint[] datasets:integer registeredAt:string?"
                + " bootID:string duty:string decidedBy:string decidedAt:string? stopsAt:string?"
                + " publicKey:string? enrolledAt:string? keyChangedAt:string?"),
        OpenAPISchema("NodeActionResult", "name:string duty:string jobsLeft:integer"),
        OpenAPISchema("Amount", "milliCPU:integer memoryBytes:integer"),
        OpenAPISchema("Fingerprint", "coreType:string digest:string"),
        OpenAPISchema(
            "StoredModel",
            "name:string sha256:string descriptionSHA256:string bytes:integer roundChain:string"),
        OpenAPISchema(
            "Frozen",
            "every:integer coreType:string fingerprint:string terms:integer interval:string"
                + " outer:string choice:IntervalChoice?"),
        OpenAPISchema("IntervalChoice", "round:integer steps:integer"),
        OpenAPISchema(
            "Exchange",
            "rounds:integer computeSeconds:number exchangeSeconds:number"
                + " straggleSeconds:number waitSeconds:number bytesSent:integer"
                + " bytesPerSecond:number? goodput:number"),
        OpenAPISchema("Checkpoint", "round:integer sha256:string bytes:integer"),
        OpenAPISchema(
            "Ending",
            "attempt:integer term:integer endedAt:string? node:string reason:string"
                + " message:string"),
        OpenAPISchema(
            "Member", "node:string firstReplica:integer endReplica:integer lanes:integer"),
        OpenAPISchema(
            "PlannedJob",
            "name:string namespace:string specification:string replicas:integer"
                + " milliCPU:integer memoryBytes:integer hosts:Share[] missing:string[]"),
        OpenAPISchema("Share", "node:string replicas:integer lanes:integer"),
        OpenAPISchema(
            "Progress",
            "completeRounds:integer totalRounds:integer fraction:number epoch:integer"
                + " samples:integer samplesPerSecond:number? trainLoss:number?"
                + " remainingSeconds:number? stateDigest:string metrics:numbers"),
        OpenAPISchema("JobAuditRequest", "rounds:integer?"),
        OpenAPISchema("ComputedRounds", "shares:ReplicaShare[] rounds:ComputedRound[]"),
        OpenAPISchema("ReplicaShare", "node:string firstReplica:integer endReplica:integer"),
        OpenAPISchema("ComputedRound", "number:integer state:string deltas:string[]"),
        OpenAPISchema(
            "RerunRequest", "setOverrides:string[] exact:boolean idempotencyKey:string?"),
        OpenAPISchema(
            "SubmitRequest",
            "specification:string file:string? setOverrides:string[] idempotencyKey:string?"),
        OpenAPISchema(
            "SubmittedJob", "name:string namespace:string id:integer repeated:boolean"),
        OpenAPISchema("Sender", "user:string role:string namespace:string? origin:string"),
        OpenAPISchema(
            "User",
            "name:string role:string namespace:string hostUser:integer? tokens:integer"
                + " createdAt:string?"),
        OpenAPISchema("UserRequest", "role:string? namespace:string? hostUser:integer?"),
        OpenAPISchema(
            "Token",
            "id:string user:string? node:string? usesLeft:integer? expiresAt:string?"
                + " createdBy:string createdAt:string?"),
        OpenAPISchema("TokenRequest", "ttlSeconds:integer? uses:integer? node:string?"),
        OpenAPISchema("IssuedToken", "id:string token:string expiresAt:string?"),
        OpenAPISchema(
            "Version", "version:string api:string incarnation:string startedAt:string?"),
    ]

    /// The JSON schema of a property's type.
    static func json(ofType type: String) -> String {
        if type.hasSuffix("[]") {
            return "{\"type\":\"array\",\"items\":\(json(ofType: String(type.dropLast(2))))}"
        }
        let isOptional = type.hasSuffix("?")
        let base = isOptional ? String(type.dropLast()) : type
        switch base {
        case "string", "integer", "number", "boolean":
            return isOptional
                ? "{\"type\":[\"\(base)\",\"null\"]}" : "{\"type\":\"\(base)\"}"
        case "numbers":
            return "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"number\",\"null\"]}}"
        case "values":
            return "{\"type\":\"object\",\"additionalProperties\":"
                + "{\"type\":[\"number\",\"string\"]}}"
        case "texts":
            return "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"
        default:
            let reference = "{\"$ref\":\"#/components/schemas/\(base)\"}"
            return isOptional ? "{\"anyOf\":[\(reference),{\"type\":\"null\"}]}" : reference
        }
    }
}
