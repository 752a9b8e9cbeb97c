# What Terraform's AWS provider does with IAM, KMS and the Parameter Store: two accounts, one of which lets the other use a key.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "authority" { type = string }
variable "access_key" { type = string }
variable "secret_key" {
  type      = string
  sensitive = true
}
variable "other_access_key" { type = string }
variable "other_secret_key" {
  type      = string
  sensitive = true
}
variable "material" {
  type      = string
  sensitive = true
}

provider "aws" {
  region           = "us-east-1"
  access_key       = var.access_key
  secret_key       = var.secret_key
  custom_ca_bundle = var.authority
  endpoints {
    iam = var.endpoint
    kms = var.endpoint
    ssm = var.endpoint
    sts = var.endpoint
  }
}

provider "aws" {
  alias            = "other"
  region           = "us-east-1"
  access_key       = var.other_access_key
  secret_key       = var.other_secret_key
  custom_ca_bundle = var.authority
  endpoints {
    iam = var.endpoint
    kms = var.endpoint
    sts = var.endpoint
  }
}

data "aws_caller_identity" "here" {}
data "aws_caller_identity" "other" { provider = aws.other }

resource "aws_iam_policy" "use" {
  name        = "use-keys"
  path        = "/tools/"
  description = "Use of every key"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], Resource = "*" }]
  })
  tags = { purpose = "test" }
}

resource "aws_iam_user" "person" {
  name                 = "person"
  path                 = "/people/"
  permissions_boundary = aws_iam_policy.use.arn
  tags                 = { team = "blue" }
}

resource "aws_iam_access_key" "person" { user = aws_iam_user.person.name }

resource "aws_iam_user_policy" "inline" {
  name   = "inline"
  user   = aws_iam_user.person.name
  policy = aws_iam_policy.use.policy
}

resource "aws_iam_user_policy_attachment" "managed" {
  user       = aws_iam_user.person.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_group" "people" { name = "people" }

resource "aws_iam_user_group_membership" "person" {
  user   = aws_iam_user.person.name
  groups = [aws_iam_group.people.name]
}

resource "aws_iam_group_policy" "inline" {
  name   = "inline"
  group  = aws_iam_group.people.name
  policy = aws_iam_policy.use.policy
}

resource "aws_iam_group_policy_attachment" "managed" {
  group      = aws_iam_group.people.name
  policy_arn = aws_iam_policy.use.arn
}

resource "aws_iam_openid_connect_provider" "issuer" {
  url             = "https://issuer.example"
  client_id_list  = ["audience"]
  thumbprint_list = ["0123456789abcdef0123456789abcdef01234567"]
}

resource "aws_iam_role" "worker" {
  name                 = "worker"
  max_session_duration = 7200
  description          = "Does the work"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.person.arn } },
      {
        Effect    = "Allow", Action = "sts:AssumeRoleWithWebIdentity",
        Principal = { Federated = aws_iam_openid_connect_provider.issuer.arn }
        Condition = { StringEquals = { "issuer.example:aud" = "audience" } }
      },
    ]
  })
  tags = { team = "blue" }
}

resource "aws_iam_role_policy" "inline" {
  name   = "inline"
  role   = aws_iam_role.worker.name
  policy = aws_iam_policy.use.policy
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.use.arn
}

resource "aws_kms_key" "shared" {
  description             = "Shared with another account"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
  tags                    = { stage = "test" }
}

resource "aws_kms_key_policy" "shared" {
  key_id = aws_kms_key.shared.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Own account", Effect = "Allow", Action = "kms:*", Resource = "*"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.here.account_id}:root" }
      },
      {
        Sid       = "External account", Effect = "Allow", Resource = "*"
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.other.account_id}:root" }
      },
      { Sid = "Worker", Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Principal = { AWS = aws_iam_role.worker.arn } },
    ]
  })
}

resource "aws_kms_key" "signing" {
  description              = "Signs"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 7
}

resource "aws_kms_alias" "shared" {
  name          = "alias/terraform-shared"
  target_key_id = aws_kms_key.shared.id
}

resource "aws_kms_grant" "worker" {
  name              = "worker"
  key_id            = aws_kms_key.shared.key_id
  grantee_principal = aws_iam_role.worker.arn
  operations        = ["Encrypt", "Decrypt", "DescribeKey"]
  constraints {
    encryption_context_equals = { department = "finance" }
  }
}

resource "aws_iam_user" "foreign" {
  provider = aws.other
  name     = "foreign"
}

resource "aws_iam_user_policy" "foreign" {
  provider = aws.other
  name     = "use-shared"
  user     = aws_iam_user.foreign.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["kms:Encrypt", "kms:Decrypt"], Resource = aws_kms_key.shared.arn }]
  })
}

resource "aws_kms_external_key" "own" {
  description             = "With material of our own"
  key_material_base64     = var.material
  enabled                 = true
  deletion_window_in_days = 7
}

data "aws_kms_key" "shared" { key_id = aws_kms_alias.shared.name }
data "aws_kms_public_key" "signing" { key_id = aws_kms_key.signing.key_id }

# A secret that is encrypted in the configuration, and ends as a parameter.
resource "aws_kms_ciphertext" "password" {
  key_id    = aws_kms_key.shared.key_id
  plaintext = "one"
  context   = { stage = "test" }
}

data "aws_kms_secrets" "all" {
  secret {
    name    = "password"
    payload = aws_kms_ciphertext.password.ciphertext_blob
    context = { stage = "test" }
  }
}

resource "aws_ssm_parameter" "password" {
  name        = "/web/password"
  description = "Of the web server"
  type        = "SecureString"
  key_id      = aws_kms_alias.shared.name
  value       = data.aws_kms_secrets.all.plaintext["password"]
  tags        = { stage = "test" }
}

resource "aws_ssm_parameter" "port" {
  name  = "/web/port"
  type  = "String"
  value = "5432"
}

data "aws_ssm_parameter" "password" { name = aws_ssm_parameter.password.name }

data "aws_kms_ciphertext" "text" {
  key_id    = aws_kms_alias.shared.name
  plaintext = "hello"
  context   = { department = "finance" }
}

output "key_arn" { value = aws_kms_key.shared.arn }
output "public_key" { value = data.aws_kms_public_key.signing.public_key_pem }
output "password" {
  value     = data.aws_ssm_parameter.password.value
  sensitive = true
}
