/// What a submission would do: one element of the answer to `POST /v1/jobs?dryRun=true`.
package struct PlannedJob: Decodable, Hashable, Sendable, JSONWritable {
    /// `metadata.name`.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The spec with every default written out, YAML.
    package var specification: String
    /// Logical replicas.
    package var replicas: Int
    /// Thousandths of a core one replica takes.
    package var milliCPU: Int64
    /// Bytes of memory one replica takes.
    package var memoryBytes: Int64
    /// Where the replicas would go now, by node; empty when nothing fits.
    package var hosts: [Share]
    /// SHA-256 digests of data files that are not uploaded yet.
    package var missing: [String]

    /// The replicas one node would compute.
    package struct Share: Decodable, Hashable, Sendable, JSONWritable {
        /// The node.
        package var node: String
        /// How many replicas it would compute.
        package var replicas: Int
        /// How many at once.
        package var lanes: Int

        /// Makes a share.
        package init(node: String, replicas: Int, lanes: Int) {
            self.node = node
            self.replicas = replicas
            self.lanes = lanes
        }

        /// Writes the share.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("node", node)
            json.field("replicas", replicas)
            json.field("lanes", lanes)
            json.endObject()
        }
    }

    /// Makes a plan.
    package init(
        name: String, namespace: String, specification: String, replicas: Int, milliCPU: Int64,
        memoryBytes: Int64, hosts: [Share], missing: [String]
    ) {
        self.name = name
        self.namespace = namespace
        self.specification = specification
        self.replicas = replicas
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.hosts = hosts
        self.missing = missing
    }

    /// Writes the plan.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("specification", specification)
        json.field("replicas", replicas)
        json.field("milliCPU", milliCPU)
        json.field("memoryBytes", memoryBytes)
        json.list("hosts", hosts)
        json.field("missing", missing)
        json.endObject()
    }
}
