"""What storages of several vendors answered, over several SDKs and versions of Velero."""

# ruff: noqa: E501

from __future__ import annotations

from tests.knowledge.incidents import Body

RPC = "rpc error: code = Unknown desc = "
S3 = (
    RPC
    + "operation error S3: ListObjectsV2, https response error StatusCode: %s, RequestID: tx0, HostID: h, api error "
)
SENT = (
    RPC
    + "operation error S3: ListObjectsV2, https response error StatusCode: 0, RequestID: , HostID: , request send failed, "
)
AZURE: Body = {"provider": "azure", "config": {"resourceGroup": "rg", "storageAccount": "sa"}}
GOOGLE: Body = {"provider": "gcp", "config": {}}
BLOB = RPC + "GET https://sa.blob.core.windows.net/c\n----\nRESPONSE %s\nERROR CODE: %s\n----\n"

LOCATIONS: list[tuple[str, str, Body]] = [
    (
        "s3-access-denied/key-unknown",
        RPC
        + "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.\n\tstatus code: 403, request id: Y, host id: h=",
        {},
    ),
    (
        "s3-access-denied/key-unknown",
        S3 % 403
        + "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.",
        {},
    ),
    (
        "s3-access-denied/token-expired",
        S3 % 400 + "ExpiredToken: The provided token has expired.",
        {},
    ),
    (
        "s3-access-denied/bucket-missing",
        RPC
        + "NoSuchBucket: The specified bucket does not exist\n\tstatus code: 404, request id: R, host id: H",
        {},
    ),
    ("s3-access-denied/denied", S3 % 403 + "AccessDenied: Access Denied", {}),
    (
        "s3-access-denied/denied",
        RPC + "Forbidden: Forbidden\n\tstatus code: 403, request id: r, host id: h",
        {},
    ),
    ("s3-access-denied/denied", S3 % 403 + "AccessForbidden: Access Forbidden", {}),
    (
        "s3-access-denied/role-refused",
        RPC
        + "operation error S3: ListObjectsV2, get identity: get credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: r, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        {},
    ),
    (
        "s3-access-denied/azure-denied",
        RPC
        + "storage.AccountsClient#ListKeys: Failure responding to request: StatusCode=403 -- Original Error: autorest/azure: Service returned an error. Status=403 Code=\"AuthorizationFailed\" Message=\"The client 'c' does not have authorization to perform action 'Microsoft.Storage/storageAccounts/listKeys/action' over scope '/subscriptions/s'\"",
        AZURE,
    ),
    (
        "s3-access-denied/azure-denied",
        BLOB
        % (
            "403: 403 This request is not authorized to perform this operation.",
            "AuthorizationFailure",
        ),
        AZURE,
    ),
    (
        "s3-access-denied/azure-credentials",
        BLOB % ("403: 403 Server failed to authenticate the request.", "AuthenticationFailed"),
        AZURE,
    ),
    (
        "s3-access-denied/azure-credentials",
        RPC
        + "ManagedIdentityCredential authentication failed. the requested identity isn't assigned to this resource\nGET http://169.254.169.254/metadata/identity/oauth2/token",
        AZURE,
    ),
    (
        "s3-access-denied/azure-credentials",
        RPC
        + "ClientSecretCredential authentication failed\nPOST https://login.microsoftonline.com/t/oauth2/v2.0/token\nRESPONSE 401 Unauthorized\nAADSTS7000215: Invalid client secret provided.",
        AZURE,
    ),
    (
        "s3-access-denied/azure-credentials",
        RPC
        + "azure.BearerAuthorizer#WithAuthorization: Failed to refresh the Token for request to https://management.azure.com/subscriptions/a/listKeys: StatusCode=400 -- Original Error: adal: Refresh request failed. Status Code = '400'. Multiple user assigned identities exist",
        AZURE,
    ),
    (
        "s3-access-denied/bucket-missing",
        BLOB % ("404: 404 The specified container does not exist.", "ContainerNotFound"),
        AZURE,
    ),
    (
        "s3-access-denied/gcp-denied",
        RPC
        + "googleapi: Error 403: velero@p.iam.gserviceaccount.com does not have storage.objects.list access to the Google Cloud Storage bucket. Permission 'storage.objects.list' denied on resource (or it may not exist)., forbidden",
        GOOGLE,
    ),
    (
        "s3-access-denied/gcp-credentials",
        RPC
        + 'Get "https://storage.googleapis.com/storage/v1/b/b/o?alt=json": oauth2: cannot fetch token: 400 Bad Request\nResponse: {"error":"invalid_grant","error_description":"Invalid JWT Signature."}',
        GOOGLE,
    ),
    (
        "s3-access-denied/gcp-credentials",
        RPC + "googleapi: Error 401: Invalid Credentials, authError",
        GOOGLE,
    ),
    ("s3-access-denied/bucket-missing", RPC + "storage: bucket doesn't exist", GOOGLE),
    (
        "creds-malformed/gcp-unreadable",
        RPC + "invalid character '-' looking for beginning of value",
        GOOGLE,
    ),
    ("creds-malformed/aws-profile", RPC + "failed to get shared config profile, noobaa", {}),
    (
        "creds-malformed/nothing-found",
        RPC
        + "NoCredentialProviders: no valid providers in chain. Deprecated.\n\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors",
        {},
    ),
    (
        "creds-malformed/nothing-found",
        RPC
        + "operation error S3: ListObjectsV2, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        {},
    ),
    (
        "creds-malformed/token-file",
        RPC
        + "WebIdentityErr: failed fetching WebIdentity token: \ncaused by: WebIdentityErr: unable to read file at /var/run/secrets/openshift/serviceaccount/token\ncaused by: open /var/run/secrets/openshift/serviceaccount/token: no such file or directory",
        {},
    ),
    (
        "s3-signature-mismatch/wrong-secret-key",
        S3 % 403
        + "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        {},
    ),
    (
        "s3-signature-mismatch/clock-skew",
        S3 % 403
        + "RequestTimeTooSkewed: The difference between the request time and the current time is too large.",
        {},
    ),
    (
        "region-missing/location-region-wrong",
        S3 % 301
        + "PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
        {},
    ),
    (
        "region-missing/location-region-wrong",
        RPC
        + "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'\n\tstatus code: 400, request id: R, host id: H",
        {},
    ),
    (
        "bsl-x509/server-authority",
        RPC
        + 'RequestError: send request failed\ncaused by: Get "https://s3.apps.example.com/oadp?delimiter=%2F&list-type=2": x509: certificate signed by unknown authority',
        {},
    ),
    (
        "bsl-x509/server-authority",
        RPC
        + "RequestError: send request failed\ncaused by: Get https://b.s3.us-west-2.amazonaws.com/: proxyconnect tcp: x509: certificate signed by unknown authority",
        {},
    ),
    (
        "bsl-x509/server-expired",
        SENT
        + 'Get "https://minio.example.com/b?list-type=2": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-02-28T23:50:10Z is after 2026-02-27T00:00:00Z',
        {},
    ),
    (
        "bsl-x509/server-name",
        SENT
        + 'Get "https://b.s3.example.com/?list-type=2": tls: failed to verify certificate: x509: certificate is valid for *.example.com, not b.s3.example.com',
        {},
    ),
    (
        "s3-network/scheme",
        SENT
        + 'Get "https://minio.minio.svc:9000/b?list-type=2": http: server gave HTTP response to HTTPS client',
        {},
    ),
    (
        "s3-network/no-answer",
        RPC
        + "RequestError: send request failed\ncaused by: Get http://10.0.0.9:9000/kubedemo?delimiter=%2F&list-type=2&prefix=backups%2F: dial tcp 10.0.0.9:9000: i/o timeout",
        {},
    ),
    (
        "s3-network/no-answer",
        RPC
        + 'RequestError: send request failed\ncaused by: Get "https://s3.example.com/b": net/http: TLS handshake timeout',
        {},
    ),
    (
        "s3-network/dns",
        SENT
        + 'Get "https://s3.openshift-storage.svc/b?list-type=2": dial tcp: lookup s3.openshift-storage.svc on 172.30.0.10:53: no such host',
        {},
    ),
    (
        "s3-network/dns",
        RPC
        + 'Get "https://sax.blob.core.windows.net/c?comp=list": dial tcp: lookup sax.blob.core.windows.net on 172.30.0.10:53: no such host',
        AZURE,
    ),
    (
        "s3-network/refused",
        SENT
        + 'Get "http://minio.minio.svc:9000/b?list-type=2": dial tcp 172.30.4.4:9000: connect: connection refused',
        {},
    ),
    (
        "s3-network/reset",
        RPC
        + 'RequestError: send request failed\ncaused by: Get "https://s3.example.com/b": read tcp 10.128.2.9:40128->10.0.0.9:443: read: connection reset by peer',
        {},
    ),
    ("s3-network/reset", SENT + 'Get "https://s3.example.com/b?list-type=2": EOF', {}),
    ("s3-network/busy", S3 % 503 + "SlowDown: Please reduce your request rate.", {}),
    (
        "bsl-invalid-dirs/foreign-directories",
        "Backup store contains invalid top-level directories: [db-backups]",
        {},
    ),
    (
        "bsl-unavailable/unavailable",
        S3 % 400 + "InvalidBucketName: The specified bucket is not valid.",
        {},
    ),
    (
        "bsl-unavailable/unavailable",
        S3 % 200
        + "deserialization failed, failed to decode response body, expected element type <ListBucketResult> but have <html>",
        {},
    ),
]

PUT = (
    RPC
    + "error putting object velero/backups/b1/velero-backup.json: operation error S3: PutObject, https response error StatusCode: %s, RequestID: 1, HostID: e, api error "
)
UPLOADS: list[tuple[str, str]] = [
    (
        "s3-checksum-unsupported/checksum-not-off",
        PUT % 400 + "BadRequest: trailing checksum is not supported",
    ),
    (
        "s3-checksum-unsupported/checksum-not-off",
        PUT % 400
        + "XAmzContentSHA256Mismatch: The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    (
        "s3-checksum-unsupported/checksum-not-off",
        PUT % 400
        + "InvalidArgument: Unsupported header 'x-amz-sdk-checksum-algorithm' received for this API call.",
    ),
    (
        "s3-checksum-unsupported/checksum-not-off",
        PUT % 400
        + "InvalidArgument: x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.",
    ),
    (
        "s3-checksum-unsupported/checksum-not-off",
        PUT % 501 + "NotImplemented: STREAMING-UNSIGNED-PAYLOAD-TRAILER not implemented",
    ),
    ("s3-access-denied/write-denied", PUT % 403 + "AccessDenied: Access Denied"),
    (
        "s3-access-denied/kms-denied",
        PUT % 403
        + "AccessDenied: User: arn:aws:iam::111122223333:user/velero is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:111122223333:key/k",
    ),
    (
        "s3-storage-full/full",
        PUT % 507
        + "XMinioStorageFull: Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.",
    ),
    ("s3-storage-full/full", PUT % 403 + "QuotaExceeded: Unknown"),
    ("backup-exists-in-bucket/name-taken", "backup already exists in object storage"),
]
UNCLEAR = [
    PUT % 501 + "NotImplemented: The s3 command you requested is not implemented.",
    PUT % 499 + "UnknownError: UnknownError",
    PUT % 400 + "EntityTooLarge: Your proposed upload exceeds the maximum allowed object size.",
    PUT % 400
    + "InvalidRequest: Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
]
